using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ModelHost.Client.Wire;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(AdminModelListBody))]
[JsonSerializable(typeof(AdminModelBody))]
[JsonSerializable(typeof(DownloadListBody))]
[JsonSerializable(typeof(DownloadBody))]
[JsonSerializable(typeof(MemoryBody))]
[JsonSerializable(typeof(MemoryFitBody))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ChatChunkBody))]
[JsonSerializable(typeof(EmbeddingsBody))]
[JsonSerializable(typeof(TokenCountsBody))]
[JsonSerializable(typeof(TokenPiecesBody))]
[JsonSerializable(typeof(RerankBody))]
[JsonSerializable(typeof(AdminAdapterListBody))]
[JsonSerializable(typeof(AdminAdapterBody))]
[JsonSerializable(typeof(IReadOnlyList<SlotBody>))]
[JsonSerializable(typeof(IReadOnlyList<QueueBody>))]
[JsonSerializable(typeof(ModelJobBody))]
[JsonSerializable(typeof(ModelJobListBody))]
[JsonSerializable(typeof(Dictionary<string, object?>))]
internal sealed partial class ClientJson : JsonSerializerContext;
