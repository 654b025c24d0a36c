using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.ModelHost.Engine.Tests.Grammars;

/// <summary>Schemas of every supported keyword, put together at random.</summary>
internal sealed class RandomSchema(Random random)
{
    private static readonly string[] Patterns = ["^[a-c]{1,3}$", "^\\d+(\\.\\d)?$", "x|yz", "^(?:ab?)+-\\w", "[^a-y\\s]"];
    private static readonly string[] Formats = ["date", "time", "date-time", "uuid"];
    private static readonly string[] Names = ["a", "ab", "k\"é"];
    private static readonly string[] Values = ["1", "-2.5", "\"a\"", "\"é\\n\"", "null", "true", "[1,\"x\"]", "{\"k\":{\"l\":0}}"];

    internal JsonElement Next()
    {
        var schema = Any(3);
        schema["$defs"] = new JsonObject { ["leaf"] = Scalar(), ["node"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["v"] = Scalar(), ["next"] = Reference("node") } } };
        return JsonSerializer.SerializeToElement(schema);
    }

    private JsonObject Any(int depth) => random.Next(depth > 0 ? 12 : 5) switch
    {
        < 4 => Scalar(),
        4 => Reference(random.Next(2) == 0 ? "leaf" : "node"),
        5 or 6 => Array(depth - 1),
        7 or 8 or 9 => Object(depth - 1),
        10 => new JsonObject { [random.Next(2) == 0 ? "anyOf" : "oneOf"] = Listed(2, depth - 1) },
        _ => new JsonObject { ["allOf"] = new JsonArray(Object(depth - 1), new JsonObject { ["required"] = new JsonArray("a") }) },
    };

    private JsonObject Scalar()
    {
        var schema = new JsonObject();
        switch (random.Next(9))
        {
            case 0: return new JsonObject { ["type"] = random.Next(2) == 0 ? "boolean" : "null" };
            case 1: return new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => JsonNode.Parse(Values[random.Next(Values.Length)]))]) };
            case 2: return new JsonObject { ["const"] = JsonNode.Parse(Values[random.Next(Values.Length)]) };
            case 3: return new JsonObject { ["type"] = "string", ["pattern"] = Patterns[random.Next(Patterns.Length)] };
            case 4: return new JsonObject { ["type"] = "string", ["format"] = Formats[random.Next(4)] };
            case 5 or 6:
                schema["type"] = random.Next(3) == 0 ? new JsonArray("string", "null") : "string";
                Maybe("minLength", random.Next(4));
                Maybe("maxLength", random.Next(4, 8));
                return schema;
            default:
                var whole = random.Next(2) == 0;
                schema["type"] = whole ? "integer" : "number";
                Maybe(random.Next(2) == 0 ? "minimum" : "exclusiveMinimum", random.Next(-120, 50));
                Maybe(random.Next(2) == 0 ? "maximum" : "exclusiveMaximum", random.Next(52, 1_200));
                return schema;
        }

        void Maybe(string name, int value)
        {
            if (random.Next(2) == 0) { schema[name] = value; }
        }
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        if (random.Next(2) == 0) { schema["prefixItems"] = Listed(random.Next(1, 3), depth); }
        if (random.Next(3) > 0) { schema["items"] = random.Next(6) == 0 ? false : Any(depth); }
        if (random.Next(2) == 0) { schema["minItems"] = random.Next(3); }
        schema["maxItems"] = random.Next(2, 5);
        return schema;
    }

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        foreach (var name in Names.Take(random.Next(4))) { properties[name] = Any(depth); }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (random.Next(2) == 0) { schema["required"] = new JsonArray([.. properties.Where(_ => random.Next(2) == 0).Select(p => (JsonNode)p.Key)]); }
        if (random.Next(3) == 0) { schema["additionalProperties"] = random.Next(2) == 0 ? false : Scalar(); }
        return schema;
    }

    private JsonArray Listed(int count, int depth) => new([.. Enumerable.Range(0, count).Select(_ => Any(depth))]);

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/$defs/" + name };
}
