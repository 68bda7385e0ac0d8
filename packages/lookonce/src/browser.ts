export * from "@lookonce/yolo/browser";
