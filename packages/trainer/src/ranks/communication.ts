/** Time that ranks spent on exchanging numbers and waiting for one another; mean of all ranks. */
export interface Communication {
  seconds: number;
  /** Share of the time of training. */
  share: number;
}
