using Microsoft.Extensions.Localization;
using Platform.Agents.Runs;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Web.Layout;

namespace Platform.Web.Features.Runs;

/// <summary>What a person is asked before a run is done again: what it changed is changed anew, and nobody knows that from its answer.</summary>
public sealed class WritesAnew(RunArchive archive, IStringLocalizer<RunsTexts> texts)
{
    /// <summary>True when there is nothing to ask, or the person wants it all the same.</summary>
    public async Task<bool> AllowAsync(Caller caller, Guid runId, ConfirmDialog? dialog, CancellationToken cancellation)
    {
        var tools = await ToolsAsync(caller, runId, cancellation);
        return tools.Count == 0 || (dialog is not null && await dialog.AskAsync(new Confirmation(texts["AgainTitle"], texts["AgainWrites", string.Join(texts["ListComma"], tools)], texts["Again"])));
    }

    private async Task<IReadOnlyList<string>> ToolsAsync(Caller caller, Guid runId, CancellationToken cancellation)
    {
        try
        {
            return [.. (await archive.ChangedAsync(caller, runId, cancellation)).Select(tool => RunWords.Tool(tool, texts))];
        }
        catch (NotFoundException)
        {
            return []; // deleted meanwhile, with its conversation
        }
    }
}
