using Platform.ModelHost.Client.Http;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Admin;

/// <summary>What the model service does at this moment. Wants the administrator's key.</summary>
public sealed class EngineLive
{
    private readonly ModelHostHttp _http;

    internal EngineLive(ModelHostHttp http) => _http = http;

    /// <summary>Every slot of every loaded model that writes. Throws ModelHostException, also where the service is another that has no such list.</summary>
    public async Task<IReadOnlyList<LiveSlot>> SlotsAsync(CancellationToken cancellation) =>
        [.. (await _http.GetAsync("/slots", ClientJson.Default.IReadOnlyListSlotBody, cancellation)).Select(Slot)];

    /// <summary>How busy each loaded model that writes is. Throws ModelHostException.</summary>
    public async Task<IReadOnlyList<LiveModel>> ModelsAsync(CancellationToken cancellation) =>
        [.. (await _http.GetAsync("/queue", ClientJson.Default.IReadOnlyListQueueBody, cancellation))
            .Select(queue => new LiveModel(queue.Model ?? "", queue.Waiting, queue.Busy, queue.Slots, queue.TokensPerSecond, queue.PrefixTokensKept))];

    private static LiveSlot Slot(SlotBody slot) => new(
        slot.Id, slot.Model ?? "", State(slot), slot.NCtx, slot.Adapter, slot.NPrompt, slot.NCached, slot.NDecoded, slot.TokensPerSecond);

    private static LiveSlotState State(SlotBody slot) => slot.State switch
    {
        "reading" => LiveSlotState.Reading,
        "writing" => LiveSlotState.Writing,
        "idle" => LiveSlotState.Idle,
        _ => slot.IsProcessing ? LiveSlotState.Writing : LiveSlotState.Idle, // llama.cpp's own server does not tell the two apart
    };
}
