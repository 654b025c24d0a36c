using System.Text.Json;
using Platform.Agents.Tools.OpenApi;
using Platform.Agents.Tools.OpenApi.Yaml;

namespace Platform.Agents.Tests.Tools;

public sealed class YamlDocumentTests
{
    [Theory]
    [InlineData("a: 1\nb: two # said\n", """{"a":1,"b":"two"}""")]
    [InlineData("---\n# said\na:\n  b:\n    - 1\n    - x: y\n      z: w\n  c:\n  - p\n  -\n    q: 0.5\nd:\n", """{"a":{"b":[1,{"x":"y","z":"w"}],"c":["p",{"q":0.5}]},"d":null}""")]
    [InlineData("a: {b: [1, 'two', \"th\\\"ree\"], c: , \"d\": yes}\ne: [ ]\nf:\n  [x,\n   y]\n", """{"a":{"b":[1,"two","th\"ree"],"c":null,"d":"yes"},"e":[],"f":["x","y"]}""")]
    [InlineData("a: |\n  one\n    two\n\n  three\nb: >-\n  folded\n  line\n\n  next\nc: |+\n  kept\n\nd: end\n", """{"a":"one\n  two\n\nthree\n","b":"folded line\nnext","c":"kept\n\n","d":"end"}""")]
    [InlineData("a: words that\n  go on\n  further\nb: 'it''s\n  one'\nc: \"tab\\t\\u00e9 \\\n  joined\"\n", """{"a":"words that go on further","b":"it's one","c":"tab\té joined"}""")]
    [InlineData("/pets/{id}:\n  get:\n    '200': {description: 'a: b'}\n    404: ~\n    url: http://x.org/#top\n    when: 2026-11-23\n    version: 3.0.3\n    no: -7\n    on: true\n", """{"/pets/{id}":{"get":{"200":{"description":"a: b"},"404":null,"url":"http://x.org/#top","when":"2026-11-23","version":"3.0.3","no":-7,"on":true}}}""")]
    [InlineData("- - 1\n  - 2\n- |\n  text\n- a: b\n", """[[1,2],"text\n",{"a":"b"}]""")]
    [InlineData("a: 1\r\nb:\r\n  - c\r\n", """{"a":1,"b":["c"]}""")]
    [InlineData("", "null")]
    [InlineData("a: &x 1\n", null)]
    [InlineData("a: *x\n", null)]
    [InlineData("a: !!str 1\n", null)]
    [InlineData("a: 1\na: 2\n", null)]
    [InlineData("a:\n\tb: 1\n", null)]
    [InlineData("a: [1, 2\n", null)]
    [InlineData("a: 'open\n", null)]
    [InlineData("a: \"\\q\"\n", null)]
    [InlineData("a: 1\n--- \nb: 2\n", null)]
    [InlineData("a: {b: 1} c\n", null)]
    [InlineData("? a\n: b\n", null)]
    [InlineData("a:\n   b: 1\n  c: 2\n", null)]
    public void Yaml_is_read_as_the_json_that_it_stands_for_and_what_is_none_is_refused_with_its_line(string yaml, string? json)
    {
        if (json is null)
            Assert.StartsWith("Line ", Assert.Throws<YamlException>(() => YamlDocument.Parse(yaml)).Message, StringComparison.Ordinal);
        else
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), YamlDocument.Parse(yaml)), YamlDocument.Parse(yaml).GetRawText());
    }

    [Fact]
    public void What_is_nested_without_end_is_refused()
    {
        Assert.Throws<YamlException>(() => YamlDocument.Parse("a: " + new string('[', 100_000)));
        Assert.Throws<YamlException>(() => YamlDocument.Parse(string.Concat(Enumerable.Repeat("- ", 100_000)) + "x"));
        Assert.Throws<YamlException>(() => YamlDocument.Parse(string.Concat(Enumerable.Range(0, 200).Select(i => new string(' ', i) + "a:\n"))));
    }

    [Fact]
    public void An_api_is_described_in_yaml_as_in_json()
    {
        var (operations, leftOut) = ApiOperation.Of(ApiDocument.Parse("""
            openapi: 3.0.3
            info: {title: Pets, version: 1.0.0}
            paths:
              /pets/{id}:
                parameters:
                  - $ref: '#/components/parameters/Id'
                get:
                  operationId: getPet
                  summary: >-
                    Reads a pet,
                    by its id.
                  parameters:
                    - {name: X-Key, in: header, required: true, schema: {type: string}}
                post:
                  operationId: renamePet
                  requestBody:
                    content:
                      application/x-www-form-urlencoded:
                        schema:
                          type: object
                          properties:
                            name: {type: string}
              /pets:
                post:
                  operationId: addPet
                  requestBody:
                    content:
                      multipart/form-data: {}
            components:
              parameters:
                Id:
                  name: id
                  in: path
                  required: true
                  schema:
                    type: integer
                    description: |
                      The pet's.
            """), ["x-key"]);
        Assert.Equal(["getPet Reads a pet, by its id.", "renamePet POST /pets/{id}"], operations.Select(operation => $"{operation.Id} {operation.Description}"));
        Assert.Equal("""{"type":"object","additionalProperties":false,"properties":{"id":{"type":"integer","description":"The pet's.\n"}},"required":["id"]}""", operations[0].Parameters.GetRawText().Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.Equal("addPet", Assert.Single(leftOut.Named).Name);
    }
}
