using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Calculating;

/// <summary>Arithmetic, so that no model has to guess a sum.</summary>
internal sealed class CalculatorTool : BuiltInTool
{
    public override string Name => ToolNames.Calculator;

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).Calculator;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["expression"],"properties":{
          "expression":{"type":"string","minLength":1,"maxLength":{{Calculation.MaxCharacters}},"description":{{Json(ToolTexts.In(language).Expression)}} } } }
        """;

    public override ToolEffects Effects => ToolEffects.None;

    /// <summary>The value that a result has as data; null where that is no calculation's.</summary>
    public static string? ValueIn(JsonElement? data) =>
        data is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The expression of a call; null where there is none.</summary>
    public static string? ExpressionIn(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("expression", out var expression) && expression.ValueKind == JsonValueKind.String ? expression.GetString() : null;

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
            var texts = ToolTexts.In(scope.Language);
            return Task.FromResult(ToolOutcome.Failed(wrong.Position is { } position ? texts.AtCharacter(wrong.Says(texts), position + 1, expression) : wrong.Says(texts), ToolFailure.NotCalculable));
        }
    }
}
