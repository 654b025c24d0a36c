// OpenAI's own JavaScript SDK against the service at argv[2] with the key argv[3].
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { run } from './run.mjs';

const [, , baseURL, apiKey] = process.argv;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const model = 'seed-chat';
const hello = [{ role: 'system', content: 'Answer.' }, { role: 'user', content: [{ type: 'text', text: 'hello' }] }];
const tools = [{ type: 'function', function: { name: 'f', parameters: { additionalProperties: false } } }];
const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1, maximum: 3 } }, required: ['n'], additionalProperties: false };

/** A model that picks at random makes two calls sooner or later. */
async function severalCalls() {
  for (let seed = 1; seed < 100; seed++) {
    const request = { model, messages: [hello[1]], tools, tool_choice: 'required', parallel_tool_calls: true, temperature: 2, top_p: 1, top_k: 0, min_p: 0, seed };
    const { choices: [choice] } = await client.chat.completions.create(request);
    if (choice.finish_reason === 'tool_calls' && choice.message.tool_calls.length > 1) return { request, choice };
  }
  assert.fail('a hundred answers, and never two calls');
}

const checks = {
  async lists_models() {
    const ids = [];
    for await (const card of client.models.list()) ids.push(card.id);
    assert.deepEqual(ids.sort(), ['seed-chat', 'seed-embed']);
    assert.equal((await client.models.retrieve('seed-embed')).owned_by, 'local');
  },
  async chats() {
    const answer = await client.chat.completions.create({ model, messages: [{ role: 'developer', content: 'Answer.' }, hello[1]], max_completion_tokens: 8, max_tokens: 2, stop: 'zzzz', no_such_field: { a: 1 } });
    assert.equal(answer.object, 'chat.completion');
    assert.ok(answer.choices[0].message.content.length > 0);
    assert.ok(answer.usage.completion_tokens <= 8);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.match(answer._request_id, /^req_/);
  },
  async streams_what_it_says_whole() {
    const request = { model, messages: hello, max_tokens: 12, temperature: 0 };
    const whole = (await client.chat.completions.create(request)).choices[0].message.content;
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) chunks.push(chunk);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(new Set(chunks.map(chunk => `${chunk.id} ${chunk.created}`)).size, 1);
    assert.equal(chunks.map(chunk => chunk.choices[0].delta.content ?? '').join(''), whole);
    assert.ok(chunks.every(chunk => !('usage' in chunk)));
    assert.deepEqual(chunks.map(chunk => chunk.choices[0].finish_reason).filter(Boolean).length, 1);
  },
  async streams_with_usage() {
    const stream = client.chat.completions.stream({ model, messages: hello, max_tokens: 8, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    assert.ok(final.usage.completion_tokens <= 8 && final.usage.completion_tokens > 0);
  },
  async calls_tools_several_at_once() {
    const { request, choice } = await severalCalls();
    assert.equal(choice.message.content, null);
    const stream = client.chat.completions.stream(request);
    const streamed = (await stream.finalChatCompletion()).choices[0].message.tool_calls;
    assert.deepEqual(streamed.map(call => call.function.arguments), choice.message.tool_calls.map(call => call.function.arguments));
    for (const call of streamed) assert.deepEqual(JSON.parse(call.function.arguments), {});
    const results = choice.message.tool_calls.map(call => ({ role: 'tool', tool_call_id: call.id, content: 'done' }));
    await client.chat.completions.create({ model, messages: [hello[1], choice.message, ...results], max_tokens: 2 });
  },
  async follows_a_schema() {
    const answer = await client.chat.completions.parse({ model, messages: hello, response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } });
    assert.ok(answer.choices[0].message.parsed.n >= 1 && answer.choices[0].message.parsed.n <= 3);
  },
  async gives_several_answers_with_log_probabilities() {
    const answer = await client.chat.completions.create({ model, messages: hello, n: 2, max_tokens: 3, logprobs: true, top_logprobs: 2 });
    assert.deepEqual(answer.choices.map(choice => choice.index), [0, 1]);
    for (const token of answer.choices[0].logprobs.content) assert.equal(token.top_logprobs.length, 2);
  },
  async completes() {
    const answer = await client.completions.create({ model, prompt: 'Once upon a time', max_tokens: 4, echo: true });
    assert.ok(answer.choices[0].text.startsWith('Once upon a time'));
  },
  async responds() {
    const answer = await client.responses.create({ model, instructions: 'Answer.', input: 'hello', max_output_tokens: 8, metadata: { a: 'b' }, store: true });
    assert.ok(answer.output_text.length > 0);
    assert.ok(['completed', 'incomplete'].includes(answer.status));
    assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
    await assert.rejects(client.responses.create({ model, input: 'hello', previous_response_id: answer.id }), error => error.param === 'previous_response_id');
  },
  async streams_a_response_as_it_says_it_whole() {
    const request = { model, input: [{ role: 'user', content: [{ type: 'input_text', text: 'hello' }] }], max_output_tokens: 12, temperature: 0 };
    const whole = await client.responses.create(request);
    const events = [];
    for await (const event of await client.responses.create({ ...request, stream: true })) events.push(event);
    assert.deepEqual(events.map(event => event.sequence_number), events.map((_, i) => i));
    assert.equal(events.filter(event => event.type === 'response.output_text.delta').map(event => event.delta).join(''), whole.output_text);
    assert.equal((await client.responses.stream(request).finalResponse()).output_text, whole.output_text);
  },
  async calls_functions_in_a_response_and_goes_on() {
    const request = { model, input: [{ role: 'user', content: 'hello' }], tools: [{ type: 'function', name: 'f', parameters: { additionalProperties: false }, strict: true }], tool_choice: 'required' };
    const answer = await client.responses.stream(request).finalResponse();
    const calls = answer.output.filter(item => item.type === 'function_call');
    assert.ok(calls.length > 0);
    for (const call of calls) assert.deepEqual(JSON.parse(call.arguments), {});
    const results = calls.map(call => ({ type: 'function_call_output', call_id: call.call_id, output: 'done' }));
    await client.responses.create({ model, input: [...request.input, ...answer.output, ...results], max_output_tokens: 2 });
  },
  async follows_a_schema_in_a_response() {
    const answer = await client.responses.parse({ model, input: 'hello', text: { format: { type: 'json_schema', name: 'x', strict: true, schema } } });
    assert.ok(answer.output_parsed.n >= 1 && answer.output_parsed.n <= 3);
  },
  async embeds_by_its_default_format() {
    const { data } = await client.embeddings.create({ model: 'seed-embed', input: ['annual leave', '年假'] });
    const { data: [plain] } = await client.embeddings.create({ model: 'seed-embed', input: 'annual leave', encoding_format: 'float' });
    assert.deepEqual(data.map(item => item.embedding.length), [512, 512]);
    assert.ok(data[0].embedding.reduce((sum, x, i) => sum + x * plain.embedding[i], 0) > 0.9999);
  },
  async says_what_went_wrong_by_its_classes() {
    const wrong = new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(wrong.models.list(), error => error instanceof OpenAI.AuthenticationError && error.code === 'invalid_api_key');
    const ask = more => client.chat.completions.create({ model, messages: hello, ...more });
    await assert.rejects(ask({ model: 'absent' }), error => error instanceof OpenAI.NotFoundError && error.code === 'model_not_found');
    const crowd = await Promise.allSettled(Array.from({ length: 16 }, () => ask({ temperature: 2, top_p: 1, top_k: 0, min_p: 0, seed: 1, max_tokens: 100 })));
    const refused = crowd.filter(one => one.status === 'rejected').map(one => one.reason);
    assert.ok(refused.length > 0 && refused.length < 16);
    for (const error of refused) assert.ok(error instanceof OpenAI.RateLimitError && error.code === 'queue_full' && error.headers.get('retry-after'));
    await assert.rejects(ask({ temperature: 9 }), error => error instanceof OpenAI.BadRequestError && error.param === 'temperature');
    await assert.rejects(ask({ messages: [{ role: 'user', content: 'word '.repeat(20_000) }], stream: true }), error => error.code === 'context_length_exceeded');
  },
};

await run(checks);
