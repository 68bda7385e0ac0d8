import type { ReactNode } from "react";
import { useId } from "react";

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  /** Shown above the track, as wide as it. */
  children?: ReactNode;
  hint?: string;
  /** What lies above the value is kept, and that part of the track drawn so. */
  keepsAbove?: boolean;
}

/** A number between bounds, with its value beside its name. */
export function Slider({ label, value, min, max, step, onChange, children, hint, keepsAbove = false }: SliderProps) {
  const id = useId();
  return (
    <div className={`slider${keepsAbove ? " keeps-above" : ""}`}>
      <div className="slider-head">
        <label htmlFor={id} title={hint}>
          {label}
        </label>
        <output htmlFor={id}>{value.toFixed(2)}</output>
      </div>
      {children}
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={value.toFixed(2)}
        onChange={(event) => onChange(Number(event.target.value))}
        style={{ "--filled": `${((value - min) / (max - min)) * 100}%` } as React.CSSProperties}
      />
    </div>
  );
}
