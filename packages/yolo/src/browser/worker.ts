// The program of the worker in which models run, so that the page stays free.
import { expose } from "comlink";
import { Host } from "./host.ts";

expose(new Host());
