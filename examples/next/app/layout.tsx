import type { ReactNode } from "react";

export const metadata = { title: "What is in an image" };

export default function Layout({ children }: { children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
