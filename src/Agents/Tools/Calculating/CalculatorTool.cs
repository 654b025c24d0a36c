using System.Globalization;
using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Calculating;

/// <summary>Arithmetic, so that no model has to guess a sum.</summary>
internal sealed class CalculatorTool : AgentTool
{
    public override string Name => ToolNames.Calculator;

    public override string Description => "Calculates an arithmetic expression exactly, for example (27 - 25) * 8, 12% of 1,250, round(10 / 3, 2), max(3, 7).";

    internal override string DescriptionIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "精确计算算术表达式，例如 (27 - 25) * 8、12% of 1,250、round(10 / 3, 2)、max(3, 7)。" : Description;

    public override JsonElement Parameters { get; } = JsonElement.Parse($$"""
        {"type":"object","additionalProperties":false,"required":["expression"],"properties":{
          "expression":{"type":"string","minLength":1,"maxLength":{{Calculation.MaxCharacters}},"description":"Numbers, + - * / % ^, parentheses, sqrt abs round floor ceil min max sum avg"} } }
        """);

    public override ToolEffects Effects => ToolEffects.None;

    /// <summary>The value that a result has as data; null where that is no calculation's.</summary>
    public static string? ValueIn(JsonElement? data) =>
        data is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public override Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var expression = arguments.GetProperty("expression").GetString()!;
        try
        {
            var value = Calculation.Of(expression);
            var about = value.IsExact ? "=" : "≈";
            var data = JsonSerializer.SerializeToElement(new { value = value.ToString(), exact = value.IsExact });
            return Task.FromResult(ToolOutcome.Of($"{expression.Trim()} {about} {value}", data));
        }
        catch (CalculationException wrong)
        {
            return Task.FromResult(ToolOutcome.Failed(wrong.Position is { } position
                ? string.Create(CultureInfo.InvariantCulture, $"{wrong.Message} It is at character {position + 1} of \"{expression}\".")
                : wrong.Message, ToolFailure.NotCalculable));
        }
    }
}
