import { css } from 'lit'

/** The controls of transport and mixer, in the design system's tokens. */
export const controlStyles = css`
  :host {
    box-sizing: border-box;
    display: block;
    color: var(--ink);
    font-family: var(--font-sans, system-ui, sans-serif);
    font-size: var(--text-s, 0.8333rem);
    line-height: 1.2;
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  select,
  input {
    margin: 0;
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4em;
    min-width: var(--target, 2.75rem);
    min-height: var(--target, 2.75rem);
    padding: 0 0.6rem;
    border: 1px solid transparent;
    border-radius: var(--radius-2, 6px);
    background: none;
    cursor: pointer;
    white-space: nowrap;
    touch-action: manipulation;
    transition: background var(--fast, 120ms) ease-out, color var(--fast, 120ms) ease-out;
  }
  @media (hover: hover) {
    button:hover {
      background: var(--raised);
    }
  }
  button[aria-pressed='true'] {
    color: var(--accent);
    background: color-mix(in srgb, var(--accent) 14%, transparent);
  }
  button:active {
    transform: translateY(1px);
  }
  :is(button, select, input):focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  svg {
    width: 1.25rem;
    height: 1.25rem;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .figures {
    font-variant-numeric: tabular-nums;
    font-feature-settings: 'tnum';
  }
  .quiet {
    color: var(--muted);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  select,
  input[type='number'] {
    min-height: var(--target, 2.75rem);
    padding: 0 0.5rem;
    border: 1px solid var(--edge, var(--line));
    border-radius: var(--radius-2, 6px);
    background: var(--surface);
  }
  input[type='number'] {
    width: 4.2rem;
    text-align: right;
    appearance: textfield;
  }
  input[type='number']::-webkit-inner-spin-button {
    appearance: none;
  }
  input[type='range'] {
    --filled: 0%;
    width: 100%;
    min-width: 4.5rem;
    height: var(--target, 2.75rem);
    appearance: none;
    background: none;
    cursor: pointer;
    touch-action: pan-y;
  }
  input[type='range']::-webkit-slider-runnable-track {
    height: 4px;
    border-radius: 2px;
    background: linear-gradient(to right, var(--muted) var(--filled), var(--line) var(--filled));
  }
  input[type='range']::-moz-range-track {
    height: 4px;
    border-radius: 2px;
    background: var(--line);
  }
  input[type='range']::-moz-range-progress {
    height: 4px;
    border-radius: 2px;
    background: var(--muted);
  }
  input[type='range']::-webkit-slider-thumb {
    appearance: none;
    width: 16px;
    height: 16px;
    margin-top: -6px;
    border: 0;
    border-radius: 50%;
    background: var(--ink);
  }
  input[type='range']::-moz-range-thumb {
    width: 16px;
    height: 16px;
    border: 0;
    border-radius: 50%;
    background: var(--ink);
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
    }
  }
`

/** A bar of controls above the roll. One that is `pushed` stays a single row on a phone, which a thumb pushes aside: the roll keeps its height. */
export const barStyles = css`
  :host {
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .bar {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 0.125rem 0.75rem;
    padding: 0.25rem 0.5rem;
  }
  p {
    margin: 0;
  }
  button:disabled {
    opacity: 0.4;
    cursor: default;
  }
  button[aria-checked='true'] {
    color: var(--accent);
    background: color-mix(in srgb, var(--accent) 14%, transparent);
  }
  .primary {
    padding: 0 1rem;
    font-weight: 600;
    color: var(--on-accent, var(--ground));
    background: var(--accent);
  }
  @media (hover: hover) {
    .primary:hover:enabled {
      background: color-mix(in srgb, var(--accent) 86%, var(--ink));
    }
  }
  @media (max-width: 48rem) {
    .bar.pushed {
      flex-wrap: nowrap;
      overflow-x: auto;
      scrollbar-width: none;
    }
    .bar.pushed > * {
      flex: none;
    }
    /* What is cut off at the edge fades, and so says that there is more; the last of all comes out from under it. */
    .bar.pushed::after {
      content: '';
      position: sticky;
      right: -0.5rem;
      flex: none;
      align-self: stretch;
      width: var(--space-6, 2rem);
      background: linear-gradient(to right, transparent, var(--surface));
      pointer-events: none;
    }
  }
`
