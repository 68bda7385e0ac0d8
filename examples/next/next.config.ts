import type { NextConfig } from "next";

// It loads libraries of the machine, which cannot be bundled
const config: NextConfig = { serverExternalPackages: ["lookonce"] };

export default config;
