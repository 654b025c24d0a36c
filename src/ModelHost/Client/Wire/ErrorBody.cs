using System.Text.Json;

namespace Platform.ModelHost.Client.Wire;

/// <summary>The error object of OpenAI-compatible services. Code is text, or a number where llama.cpp sends one.</summary>
internal sealed record ErrorBody(ErrorDetailBody? Error, string? Message);

internal sealed record ErrorDetailBody(string? Message, string? Type, JsonElement? Code, JsonElement? Param = null);
