const [input, status, canvas, list] = ["input", "[role=status]", "canvas", "ul"].map((name) =>
  document.querySelector(name),
);

input.addEventListener("change", async () => {
  const [file] = input.files;
  status.textContent = "Detecting …";
  list.replaceChildren();
  const { result, error } = await window.detector.detect(new Uint8Array(await file.arrayBuffer()));
  if (error !== undefined) {
    status.textContent = error;
    return;
  }
  await draw(file, result.boxes);
  for (const { name, confidence } of result.boxes) {
    const item = document.createElement("li");
    item.textContent = `${name} ${confidence.toFixed(2)}`;
    list.append(item);
  }
  status.textContent = `Found ${result.boxes.length} in ${file.name}.`;
});

async function draw(file, boxes) {
  const bitmap = await createImageBitmap(file);
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  context.lineWidth = Math.max(2, bitmap.width / 200);
  for (const { x1, y1, x2, y2, class: number } of boxes) {
    context.strokeStyle = `hsl(${(number * 137.5) % 360} 90% 50%)`;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }
}
