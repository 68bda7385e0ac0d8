export * from "@lookonce/yolo";
