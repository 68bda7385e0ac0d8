import { BatchNorm2d, DetectionModel, fuse } from "@lookonce/nn";

/**
 * A copy for inference of a model that goes on being trained: batch normalisations are folded into convolutions.
 *
 * The copy shares the weights' memory with the model until either changes them. The caller disposes of it.
 */
export function fusedCopy(model: DetectionModel): DetectionModel {
  const copy = new DetectionModel(model.config, { names: model.names });
  // A model that is fused already has other variables.
  const isFused = ![...model.namedModules().values()].some((module) => module instanceof BatchNorm2d);
  if (isFused) fuse(copy);
  const values = model.namedVariables();
  for (const [name, variable] of copy.namedVariables()) {
    const value = values.get(name);
    if (value !== undefined) variable.assign(value);
  }
  return fuse(copy);
}
