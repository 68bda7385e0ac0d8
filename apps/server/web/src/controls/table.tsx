import type { ComponentProps, ReactNode } from "react";

/** A column of a {@link Table}. */
export interface Column<T> {
  title: string;
  /** Whether the title is for screen readers alone. */
  isUntitled?: boolean;
  /** Class of the colored mark before the title. */
  mark?: string;
  className?: string;
  /** Whether its cells name their rows. */
  isHeading?: boolean;
  cell: (row: T) => ReactNode;
}

interface TableProps<T> {
  label: string;
  className?: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  rowProps?: (row: T) => ComponentProps<"tr">;
  foot?: ReactNode;
}

/** Rows under a heading that stays in sight while they scroll. */
export function Table<T>({ label, className = "", columns, rows, keyOf, rowProps, foot }: TableProps<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <section className={`table-holder ${className}`} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, isUntitled, mark, className }) => (
              <th key={title} scope="col" className={className}>
                {mark && <i className={`key ${mark}`} />}{" "}
                {isUntitled ? <span className="visually-hidden">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} {...rowProps?.(row)}>
              {columns.map(({ title, className, isHeading, cell }) => {
                const Cell = isHeading ? "th" : "td";
                return (
                  <Cell key={title} scope={isHeading ? "row" : undefined} className={className}>
                    {cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && (
          <tfoot>
            <tr>{foot}</tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

/** A bar, as long as its share of the longest, with a part for each number. */
export function Bar({ share, parts }: { share: number; parts: readonly number[] }) {
  return (
    <span className="bar" aria-hidden="true" style={{ width: `${share * 100}%` }}>
      {parts.map((part, i) => (
        <i key={barParts[i]} className={barParts[i]} style={{ flexGrow: part }} />
      ))}
    </span>
  );
}

export const barParts: readonly string[] = ["box-part", "class-part", "extra-part"];
