"""Detects with a model that lookonce exported with nms=true: python detect.py model.onnx image.jpg"""

import ast
import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


class Detector:
    def __init__(self, path: str) -> None:
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.names = ast.literal_eval(self.session.get_modelmeta().custom_metadata_map["names"])
        _, _, self.height, self.width = self.session.get_inputs()[0].shape

    def detect(self, image: Image.Image) -> list[dict]:
        """Boxes in pixels of the image, best first."""
        image = ImageOps.exif_transpose(image).convert("RGB")
        # Letterbox: scaled to fit by bilinear samples, as in training, centered, gray around it
        ratio = min(self.width / image.width, self.height / image.height)
        width, height = round(image.width * ratio), round(image.height * ratio)
        left, top = round((self.width - width) / 2 - 0.1), round((self.height - height) / 2 - 0.1)
        canvas = Image.new("RGB", (self.width, self.height), (114, 114, 114))
        step = (image.width / width, 0, 0, 0, image.height / height, 0)
        scaled = image.transform((width, height), Image.Transform.AFFINE, step, Image.Resampling.BILINEAR)
        canvas.paste(scaled, (left, top))
        images = np.asarray(canvas, np.float32).transpose(2, 0, 1)[None] / 255
        (output,) = self.session.run(None, {"images": images})
        boxes = (output[0, :, :4] - [left, top, left, top]) / ratio
        boxes = boxes.clip(0, [image.width, image.height] * 2)
        return [
            {
                "box": box.round(1).tolist(),
                "confidence": float(row[4]),
                "name": self.names[int(row[5])],
            }
            for row, box in zip(output[0], boxes)
            if row[4] > 0
        ]


if __name__ == "__main__":
    model, path = sys.argv[1:]
    print(json.dumps(Detector(model).detect(Image.open(path))))
