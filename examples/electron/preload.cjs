const { contextBridge, ipcRenderer } = require("electron");

// All that the page can do beyond what pages can
contextBridge.exposeInMainWorld("detector", {
  detect: (bytes) => ipcRenderer.invoke("detect", bytes),
});
