using System.Text.Json;

namespace Platform.Agents.Planning;

/// <summary>Reads the steps of a plan as a person, or their program, wrote them. What they depend on and when they are done may be left out.</summary>
internal static class WrittenPlan
{
    /// <summary>What must be there and is not stays null: <see cref="PlanCheck"/> names it. Throws FieldException for what is of another kind than it must be.</summary>
    /// <param name="at">Where the plan stands in what was given: arguments.</param>
    public static IReadOnlyList<PlanStep> Read(JsonElement plan, string at)
    {
        if (Field(plan, "steps") is not { ValueKind: JsonValueKind.Array } steps)
            throw new FieldException($"{at}.steps", "A plan has its steps in an array 'steps'.");
        return [.. steps.EnumerateArray().Select((step, i) => Step(step, $"{at}.steps[{i}]", i + 1))];
    }

    private static PlanStep Step(JsonElement step, string at, int number)
    {
        if (step.ValueKind != JsonValueKind.Object)
            throw new FieldException(at, $"Step {number} must be an object.");
        var dependsOn = Field(step, "dependsOn") switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } ids when ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String) => ids.EnumerateArray().Select(id => id.GetString()!).ToList(),
            _ => throw new FieldException($"{at}.dependsOn", $"Step {number}: what it depends on must be an array of ids of steps."),
        };
        var skip = Field(step, "skip") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => throw new FieldException($"{at}.skip", $"Step {number}: whether it is skipped must be true or false."),
        };
        return new(Text(step, "id", "its id", at, number)!, Text(step, "goal", "its goal", at, number)!, Text(step, "tool", "its tool", at, number)!, Field(step, "inputs"), dependsOn,
            Text(step, "doneWhen", "when it is done", at, number) ?? "", skip);
    }

    private static string? Text(JsonElement step, string name, string what, string at, int number) => Field(step, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw new FieldException($"{at}.{name}", $"Step {number}: {what} must be a text."),
    };

    /// <summary>Null where it is absent, or null.</summary>
    private static JsonElement? Field(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
