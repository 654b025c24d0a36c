using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Tokens;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>What a checked chat request asks of the engine.</summary>
internal static class ChatGeneration
{
    public static GenerationRequest Of(ChatCompletionRequest request) => new()
    {
        ModelId = request.Model!,
        Messages = [.. request.Messages!.Select(Turn)],
        MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens,
        Stop = request.Stop?.Texts ?? [],
        Sampling = Sampling(request),
    };

    private static ChatTurn Turn(ChatMessage message) =>
        new(message.Role == "developer" ? "system" : message.Role!, string.Join('\n', message.Content!.Select(part => part.Text)));

    private static SamplingOptions Sampling(ChatCompletionRequest request)
    {
        var usual = new SamplingOptions();
        return new SamplingOptions
        {
            Temperature = request.Temperature ?? usual.Temperature,
            TopK = Math.Max(request.TopK ?? usual.TopK, 0), // -1 is vLLM's word for off
            TopP = request.TopP ?? usual.TopP,
            MinP = request.MinP ?? usual.MinP,
            RepeatPenalty = request.RepeatPenalty ?? usual.RepeatPenalty,
            PenaltyWindow = request.RepeatLastN ?? usual.PenaltyWindow,
            PresencePenalty = request.PresencePenalty ?? usual.PresencePenalty,
            FrequencyPenalty = request.FrequencyPenalty ?? usual.FrequencyPenalty,
            Seed = Fold(request.Seed),
        };
    }

    /// <summary>Seeds of 64 bits fold into the engine's 32; -1 is llama.cpp's word for a new one.</summary>
    private static uint? Fold(long? seed) => seed is null or -1 ? null : unchecked((uint)seed.Value ^ (uint)(seed.Value >> 32));
}
