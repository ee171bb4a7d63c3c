// Which plain texts are traces by themselves.
import { expect, test } from 'vitest';
import { hasReasoningSign } from '../../../src/core/traces/reasoningSigns';
import { readTraces } from '../../../src/core/traces/readTraces';

test.each([
  '<think>\nHm.\n</think>\nSo 4.',
  'Hm. Ja.</think>\n\nSo 4.',
  '[THINK]Hm.[/THINK]So 4.',
  '<|channel|>analysis<|message|>Hm.<|end|>',
  '<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n4<|im_end|>',
  '<|start_header_id|>assistant<|end_header_id|>\n\n4',
  'Human: 2+2?\n\nAssistant: 4',
  'Let me see.\nStep 1: add\nStep 2: done',
  '#### Step 1: add\n2+2=4',
  '**Step 1**: add',
  'It makes 4.\n#### 4',
  'So $x = \\boxed{4}$.',
  'So the answer is 4.',
  'The final answer is: **4**',
  '**Final answer:** 4',
])('%j bears a sign of reasoning', text => {
  expect(hasReasoningSign(text)).toBe(true);
  expect(readTraces(text)).toMatchObject({ format: 'text', problems: [], traces: [{ text }] });
});

test.each([
  'Once upon a time there was a model.',
  '# Install\n\nRun it.\n\n#### Options\n\nNone.',
  'A chat opens with\n<|im_start|>user and closes with <|im_end|>.',
  'The text after `####`, in `\\boxed{}` or after *the answer is*.',
  "const marks = ['<think>', '</think>'];\n",
  'import os\n\n# Step 1: load\ndef load():\n    return os\n',
  '#!/bin/sh\n# step 1\necho "the answer is 4"\n',
  'a,b\n1,2\n',
  'user: root\npassword: secret\n',
])('%j bears none, and is a text only if the user says so', text => {
  expect(hasReasoningSign(text)).toBe(false);
  expect(readTraces(text)).toMatchObject({ traces: [], mayBeText: true });
  expect(readTraces(text).problems[0]).toMatch(/^It is a text without signs of reasoning/);
  expect(readTraces(text, 'text')).toMatchObject({ format: 'text', traces: [{ text }] });
});

test('a program about marks, in a fence of a trace, leaves it a trace', () => {
  const code = '```ts\nconst a = 1;\nconst b = 2;\nreturn a;\n```\n';
  expect(hasReasoningSign(`Step 1: write it\n${code}Step 2: done`)).toBe(true);
});

test('a Python literal is refused as what it is', () => {
  const { traces, problems } = readTraces("{'role': 'assistant', 'content': '\\boxed{4}'}");
  expect([traces, problems]).toEqual([
    [],
    ['It is printed Python, not JSON. Write it with `json.dump`.'],
  ]);
});
