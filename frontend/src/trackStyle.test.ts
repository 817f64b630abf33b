import { expect, test } from 'vitest'
import { trackStyles } from './trackStyle.ts'

const looks = (...roles: string[]) => trackStyles(roles.map((role) => ({ role })))

test('a band of five has five colours and five patterns', () => {
  const styles = looks('drums', 'piano', 'guitar', 'bass', 'strings')
  expect(styles.map((style) => style.slot)).toEqual([1, 2, 3, 4, 5])
  expect(new Set(styles.map((style) => style.pattern)).size).toBe(5)
})

test('the bass is the same colour in a chorale and in a band', () => {
  expect(looks('soprano', 'alto', 'tenor', 'bass')[3]!.slot).toBe(looks('drums', 'bass')[1]!.slot)
})

test('twenty-five tracks without a role are all told apart', () => {
  const styles = looks(...new Array<string>(25).fill('other'))
  expect(new Set(styles.map((style) => `${style.slot} ${style.pattern}`)).size).toBe(25)
})

test('a second melody takes a free colour', () => {
  expect(looks('melody', 'melody').map((style) => style.slot)).toEqual([1, 2])
})
