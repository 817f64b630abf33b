/** Shows on a slider how far it is filled. A style rule cannot read the value; the object model may write it. */
export function fill(slider: HTMLInputElement | null | undefined): void {
  if (!slider) return
  const share = (Number(slider.value) - Number(slider.min)) / Math.max(1e-9, Number(slider.max) - Number(slider.min))
  slider.style.setProperty('--filled', `${(share * 100).toFixed(1)}%`)
}
