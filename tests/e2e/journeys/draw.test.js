// The script that computes a draw again in the reader's browser, on the published example and with one letter changed.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const { check } = createRequire(import.meta.url)("../../../crates/ui/assets/js/draw.js");
const sample = readFileSync(new URL("../../../crates/enrollment/src/draws/sample/draw.json", import.meta.url), "utf8");
const say = async (text, published) => (await check(webcrypto.subtle, JSON.parse(text), published)).wrong;

test("the example is right to the letter", async () => {
  const answer = await check(webcrypto.subtle, JSON.parse(sample), JSON.parse(sample).seal.hash);
  assert.deepEqual(answer, { wrong: "", drawn: true });
});

test("every change of one letter shows", async () => {
  const change = async (turn) => {
    const file = JSON.parse(sample);
    turn(file);
    return say(JSON.stringify(file));
  };
  assert.match(await say(sample.replace("10000004", "10000008")), /名单和封存时不一样/);
  assert.match(await change((file) => (file.entrants[1].tickets += 1)), /名单和封存时不一样/);
  assert.match(await change((file) => (file.classes[0].seats.open += 1)), /名单和封存时不一样/);
  assert.match(await change((file) => (file.randomness.text += "9")), /第 1 名/);
  assert.match(await change((file) => file.result.seated.pop()), /没有中签/);
  assert.match(await change((file) => file.result.seated.unshift(file.result.seated[0])), /中签名单里有/);
  assert.match(await change((file) => file.result.seated.reverse()), /次序/);
  assert.match(await change((file) => file.result.waitlists.b.reverse()), /候补名单/);
  assert.match(await change((file) => delete file.result), /没有摇号结果/);
  assert.match(await change((file) => (file.format = "x")), /不是摇号文件/);
  assert.match(await say(sample, "0".repeat(64)), /指纹和这一页公布的不一样/);
});

test("a field that is not the format's is refused wherever it stands, and so is a missing or another kind of one", async () => {
  const change = async (turn) => {
    const file = JSON.parse(sample);
    turn(file);
    return say(JSON.stringify(file));
  };
  const places = [
    (file) => file,
    (file) => file.round,
    (file) => file.seal,
    (file) => file.entrants[2],
    (file) => file.classes[1],
    (file) => file.randomness,
    (file) => file.result,
    (file) => file.result.order[0],
    (file) => file.result.seated[0],
  ];
  for (const place of places) {
    assert.match(await change((file) => (place(file).note = "x")), /多了不认识的字段“note”/, `${place}`);
  }
  assert.match(await say(sample.replace('"round"', '"__proto__": {}, "round"')), /多了不认识的字段“__proto__”/);
  assert.match(await change((file) => delete file.round.term), /“round”少了字段“term”/);
  assert.match(await change((file) => (file.entrants[0].tickets = "1")), /“tickets”应当是整数/);
  assert.match(await change((file) => (file.entrants[0].size = 1.5)), /“size”应当是整数/);
  assert.match(await change((file) => (file.classes[0].seats.open = -1)), /“open”应当是整数/);
  assert.match(await change((file) => (file.result.waitlists.a = "10000001")), /“a”应当是列表/);
  assert.match(await change((file) => (file.seal = [])), /“seal”应当是对象/);
});

test("a sealed list that is not drawn is checked by its hash", async () => {
  const file = JSON.parse(sample);
  delete file.randomness;
  delete file.result;
  assert.deepEqual(await check(webcrypto.subtle, file), { wrong: "", drawn: false });
});
