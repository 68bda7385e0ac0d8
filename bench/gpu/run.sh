#!/bin/sh
# Runs the benchmark on this machine's GPU, within 8 minutes: ./run.sh [--quick] [--minutes 8] [--out results.json]
# Needs glibc and a Vulkan driver. The Vulkan loader and the C++ library that came along are used where the system has none.
here=$(cd "$(dirname "$0")" && pwd)
for folder in /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu /lib64 /usr/lib64 /usr/lib; do
  [ -e "$folder/libvulkan.so.1" ] && vulkan=yes
done
[ -z "$vulkan" ] && LD_LIBRARY_PATH="$LD_LIBRARY_PATH${LD_LIBRARY_PATH:+:}$here/vulkan"
"$here/node" --version >/dev/null 2>&1 || LD_LIBRARY_PATH="$LD_LIBRARY_PATH${LD_LIBRARY_PATH:+:}$here/lib"
export LD_LIBRARY_PATH
exec "$here/node" "$here/app/main.mjs" --python-script "$here/yolov8n.py" "$@"
