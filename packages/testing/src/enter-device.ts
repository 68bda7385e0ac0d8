/** Where tests of numerical code compute when nobody says otherwise: ONNX Runtime, or tfjs's own JavaScript, slow and plain. */
export type UsualDevice = "cpu" | "javascript";

/** The device that all such tests are to run on, such as `tensorflow` (`LOOKONCE_TEST_DEVICE`); their usual ones where not set. */
export const askedTestDevice: string | undefined = process.env.LOOKONCE_TEST_DEVICE;

/** Whether that device is one of ONNX Runtime's, which record graphs, or the usual one, which is. */
export const recordsGraphs: boolean = !askedTestDevice?.startsWith("tensorflow") && askedTestDevice !== "javascript";

/** For tests that compare the usual devices with a definition: both, or the one that is asked for. */
export const usualDevices: readonly UsualDevice[] = askedTestDevice === undefined ? ["javascript", "cpu"] : ["cpu"];

/**
 * Sets the device of a test file's tensors: the one that is asked for, else on its usual one. For `beforeAll`.
 *
 * @param settings.threads of ONNX Runtime; one, since test files run side by side, one a core
 * @throws LookonceError when the device does not work: a test must not pass on another than it says
 */
export async function enterTestDevice(
  usual: UsualDevice = "cpu",
  { threads = 1 }: { threads?: number } = {},
): Promise<void> {
  const device = askedTestDevice ?? usual;
  // Imported here: tests without tensors need not load TensorFlow.js
  if (device !== "javascript") {
    const { setDevice } = await import("@lookonce/device");
    await setDevice(device, recordsGraphs ? { threads } : {});
    return;
  }
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  await tf.setBackend("cpu");
}
