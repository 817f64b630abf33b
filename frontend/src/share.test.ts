import { expect, test } from 'vitest'
import { embedCode } from './share.ts'

const code = '<iframe src="https://a.example/embed/x7/" width="400" height="120" title="Rain &quot;1&quot; width=&quot;3&quot;, al" frameborder="0"></iframe>'

test('the code takes the wishes in, and its title stays as it is', () => {
  const made = embedCode(code, { size: 'full', theme: 'dark', bar: 9, loop: true })
  expect(made).toContain('src="https://a.example/embed/x7/?size=full&amp;theme=dark&amp;bar=9&amp;loop=1" width="720" height="420"')
  expect(made).toContain('title="Rain &quot;1&quot; width=&quot;3&quot;, al"')
})

test('a plain wish gives the plain code back', () => {
  const wishes = { size: 'small', theme: 'auto', bar: 1, loop: false }
  expect(embedCode(embedCode(code, { ...wishes, size: 'mini', bar: 3 }), wishes)).toBe(code)
})
