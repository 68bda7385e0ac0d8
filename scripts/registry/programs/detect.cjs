const { YOLO } = require("lookonce");

async function main([weights, source]) {
  const model = await YOLO.load(weights);
  const [result] = await model.predict(source);
  const { boxes } = result.toJSON();
  if (boxes.length === 0) throw new Error("nothing was found");
  console.log(`found ${boxes.map(({ name, confidence }) => `${name} ${confidence.toFixed(3)}`).join(", ")}`);
}

main(process.argv.slice(2));
