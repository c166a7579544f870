/** The shield with battlements and a cross. Decoration: the name stands beside it. */
export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" className="ck-mark">
      <path
        fillRule="evenodd"
        fill="currentColor"
        d="M2 3h4v2.5h3.5V3h5v2.5H18V3h4v9.5c0 5.2-3.9 8.6-10 10.5C5.9 21.1 2 17.7 2 12.500V3Zm8.6 5.500v2.600H8v2.800h2.600v2.600h2.800v-2.600H16v-2.800h-2.600V8.500h-2.800Z"
      />
    </svg>
  );
}
