// Anthropic's own JavaScript SDK against the service at argv[2] with the key argv[3].
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { run } from './run.mjs';

const [, , openAiURL, apiKey] = process.argv;
const baseURL = new URL('/', openAiURL).href;
const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const model = 'seed-chat';
const messages = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }];
const tools = [{ name: 'f', input_schema: { type: 'object', properties: { n: { enum: [1, 2] } }, required: ['n'] } }]; // short: the seed model's context is

await run({
  async messages_are_answered() {
    const answer = await client.messages.create({ model, max_tokens: 8, system: 'Answer.', messages, temperature: 1, top_k: 20, metadata: { user_id: 'u' } });
    assert.equal(answer.type, 'message');
    assert.ok(answer.content[0].text.length > 0);
    assert.ok(['end_turn', 'max_tokens'].includes(answer.stop_reason));
    assert.ok(answer.usage.output_tokens <= 8);
    assert.match(answer._request_id, /^req_/);
  },
  async messages_stream_what_they_say_whole() {
    const request = { model, max_tokens: 12, messages, temperature: 0 };
    const whole = await client.messages.create(request);
    const stream = client.messages.stream(request);
    let text = '';
    stream.on('text', more => (text += more));
    const final = await stream.finalMessage();
    assert.equal(text, whole.content[0].text);
    assert.deepEqual([final.content[0].text, final.stop_reason, final.stop_sequence], [whole.content[0].text, whole.stop_reason, null]);
    assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
  },
  async messages_call_tools_and_go_on() {
    const request = { model, max_tokens: 100, messages, tools, tool_choice: { type: 'any', disable_parallel_tool_use: true } };
    const answer = await client.messages.stream(request).finalMessage();
    assert.equal(answer.stop_reason, 'tool_use');
    const calls = answer.content.filter(block => block.type === 'tool_use');
    for (const call of calls) assert.ok(call.input.n === 1 || call.input.n === 2);
    const results = calls.map(call => ({ type: 'tool_result', tool_use_id: call.id, content: 'done' }));
    await client.messages.create({ model, max_tokens: 2, messages: [...messages, { role: 'assistant', content: answer.content }, { role: 'user', content: results }] });
  },
  async messages_are_counted() {
    assert.ok((await client.messages.countTokens({ model, messages, system: 'Answer.', tools })).input_tokens > 10);
  },
  async messages_say_what_went_wrong_by_their_classes() {
    const ask = (more, by = client) => by.messages.create({ model, max_tokens: 2, messages, ...more });
    await assert.rejects(ask({}, new Anthropic({ baseURL, apiKey: 'wrong', maxRetries: 0 })), error => error instanceof Anthropic.AuthenticationError && error.error.error.type === 'authentication_error');
    await assert.rejects(ask({ model: 'absent' }), error => error instanceof Anthropic.NotFoundError);
    await assert.rejects(ask({ temperature: 9 }), error => error instanceof Anthropic.BadRequestError && error.message.includes('temperature'));
    await assert.rejects(ask({ messages: [{ role: 'user', content: 'word '.repeat(20_000) }], stream: true }), error => error instanceof Anthropic.BadRequestError);
  },
});
