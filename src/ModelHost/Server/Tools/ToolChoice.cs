using System.Text.Json;

namespace Platform.ModelHost.Server.Tools;

/// <summary>Whether tools are called: never, at will, at least one, or this one.</summary>
/// <param name="Name">The one function that must be called, for Function.</param>
internal readonly record struct ToolChoice(ToolChoiceKind Kind, string? Name = null)
{
    /// <summary>Reads "none", "auto", "required" ("any"), {"type":"function","function":{"name"}} or {"type":"function","name"}; null where it is none of these.</summary>
    public static ToolChoice? Read(JsonElement? field, bool hasTools)
    {
        if (field is not { ValueKind: not JsonValueKind.Null } choice)
        {
            return new ToolChoice(hasTools ? ToolChoiceKind.Auto : ToolChoiceKind.None);
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            return choice.GetString() switch
            {
                "none" => new ToolChoice(ToolChoiceKind.None),
                "auto" => new ToolChoice(ToolChoiceKind.Auto),
                "required" or "any" => new ToolChoice(ToolChoiceKind.Required),
                _ => null,
            };
        }

        if (choice.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var named = choice.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object ? function : choice;
        return named.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? new ToolChoice(ToolChoiceKind.Function, name.GetString()) : null;
    }
}

internal enum ToolChoiceKind { None, Auto, Required, Function }
