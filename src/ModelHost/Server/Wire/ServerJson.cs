using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Platform.ModelHost.Server.FineTuning.Requests;
using Platform.ModelHost.Server.Wire.Messages;
using Platform.ModelHost.Server.Wire.Responses;

namespace Platform.ModelHost.Server.Wire;

/// <summary>How everything on the wire is read and written: snake_case, unknown fields ignored, letters beyond ASCII as they are.</summary>
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(ModelDeleted))]
[JsonSerializable(typeof(StartDownloadRequest))]
[JsonSerializable(typeof(DownloadListBody))]
[JsonSerializable(typeof(DownloadBody))]
[JsonSerializable(typeof(DownloadDeleted))]
[JsonSerializable(typeof(LoadModelRequest))]
[JsonSerializable(typeof(NamedModelRequest))]
[JsonSerializable(typeof(PinModelRequest))]
[JsonSerializable(typeof(MemoryBody))]
[JsonSerializable(typeof(MemoryFitBody))]
[JsonSerializable(typeof(ChatCompletionRequest))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(ResponseRequest))]
[JsonSerializable(typeof(InputItem))]
[JsonSerializable(typeof(ResponseBody))]
[JsonSerializable(typeof(ResponseEvent))]
[JsonSerializable(typeof(ResponseInputTokens))]
[JsonSerializable(typeof(MessageRequest))]
[JsonSerializable(typeof(MessageBlock))]
[JsonSerializable(typeof(MessageBody))]
[JsonSerializable(typeof(MessageEvent))]
[JsonSerializable(typeof(MessageEnd))]
[JsonSerializable(typeof(MessageTokens))]
[JsonSerializable(typeof(MessageError))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(RerankBody))]
[JsonSerializable(typeof(DetokenizeRequest))]
[JsonSerializable(typeof(DetokenizedBody))]
[JsonSerializable(typeof(PromptBody))]
[JsonSerializable(typeof(InputTokensBody))]
[JsonSerializable(typeof(AdapterListBody))]
[JsonSerializable(typeof(AdapterCard))]
[JsonSerializable(typeof(PromoteRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(CanaryRequest))]
[JsonSerializable(typeof(MeasureRequest))]
[JsonSerializable(typeof(LoadAdapterRequest))]
[JsonSerializable(typeof(UnloadAdapterRequest))]
[JsonSerializable(typeof(IReadOnlyList<LoraAdapterBody>))]
[JsonSerializable(typeof(IReadOnlyList<LoraScaleRequest>))]
[JsonSerializable(typeof(PropsBody))]
[JsonSerializable(typeof(IReadOnlyList<SlotBody>))]
[JsonSerializable(typeof(IReadOnlyList<QueueBody>))]
[JsonSerializable(typeof(ModelJobRequest))]
[JsonSerializable(typeof(ModelJobBody))]
[JsonSerializable(typeof(ModelJobListBody))]
[JsonSerializable(typeof(FileBody))]
[JsonSerializable(typeof(FileListBody))]
[JsonSerializable(typeof(FileDeleted))]
[JsonSerializable(typeof(TuningRequest))]
[JsonSerializable(typeof(GoldenRequest))]
[JsonSerializable(typeof(GoldenChoiceRequest))]
[JsonSerializable(typeof(ResumeRequest))]
[JsonSerializable(typeof(EarlyStoppingFields))]
[JsonSerializable(typeof(TuningJobBody))]
[JsonSerializable(typeof(TuningJobListBody))]
[JsonSerializable(typeof(TuningJobDeleted))]
[JsonSerializable(typeof(TuningEventListBody))]
[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(ScoreListBody))]
[JsonSerializable(typeof(CheckpointListBody))]
[JsonSerializable(typeof(SampleListBody))]
[JsonSerializable(typeof(HeldOutListBody))]
[JsonSerializable(typeof(EvaluationListBody))]
[JsonSerializable(typeof(ForecastAnswer))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(EmbeddingsRequest))]
[JsonSerializable(typeof(EmbeddingsBody))]
[JsonSerializable(typeof(TokenizeRequest))]
[JsonSerializable(typeof(TokensBody))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(int[][]))]
[JsonSerializable(typeof(TokenPiece[]))]
[JsonSerializable(typeof(TokenPiece[][]))]
internal sealed partial class ServerJson : JsonSerializerContext
{
    private const int MaxDepth = 80; // a schema may nest 64 deep, and stands inside a request

    public static ServerJson Wire { get; } = new(Shape());

    /// <summary>The same, for shapes whose fields depend on their kind: what is null is left out.</summary>
    public static ServerJson Sparse { get; } = new(Shape(JsonIgnoreCondition.WhenWritingNull));

    private static JsonSerializerOptions Shape(JsonIgnoreCondition ignored = JsonIgnoreCondition.Never)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = ignored,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never part of a page
            MaxDepth = MaxDepth,
        };
        foreach (var converter in WholeNumbers.Converters)
        {
            options.Converters.Add(converter);
        }

        return options;
    }
}
