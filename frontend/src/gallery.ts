import { bindPreviews } from './preview.ts'

bindPreviews()
