export { basename, dirname, extname, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
