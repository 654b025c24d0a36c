using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using Platform.Agents.Definitions;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Knowledge;

/// <summary>One knowledge base: its documents and how far each is, uploads, a search to try. It stays with the base that it was made for.</summary>
public sealed partial class BaseView(KnowledgeBases bases, DocumentLibrary library, CurrentCaller current, IOptions<RetrievalOptions> options, BaseWindow window) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(700);

    // When nothing moves, others may still add: every so many looks the counts are compared.
    private const int RestingLooks = 7;

    private readonly CancellationTokenSource gone = new();
    private readonly SortedDictionary<int, UploadItem> uploads = [];
    private readonly long limit = options.Value.MaxFileBytes;
    private readonly IngestPace pace = new();
    private ElementReference root;
    private ConfirmDialog? confirm;
    private BaseDialog? dialog;
    private BrowserScript? script;
    private Caller caller = default!;
    private KnowledgeBase? item;
    private IReadOnlyList<DocumentInfo> documents = [];
    private DateTimeOffset now;
    private string wanted = "";
    private bool mayChange, missing, read, searching, attaching, attached, stale;

    [Parameter, EditorRequired] public Guid BaseId { get; set; }

    [Inject] private AgentLibrary Agents { get; set; } = default!;

    [Inject] private IStringLocalizer<KnowledgeTexts> Texts { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        caller = await current.GetAsync();
        await ReadAsync();
        if (!missing)
        {
            mayChange = await bases.CanChangeAsync(caller, BaseId, gone.Token);
            _ = LookAgainAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (mayChange && !attaching)
        {
            attaching = true;
            script = await BrowserScript.AttachAsync(window.Js, "upload", root, this, $"/api/bases/{BaseId}/documents", limit);
            if (gone.IsCancellationRequested)
            {
                await script.DisposeAsync(); // the page was left meanwhile: what is dropped belongs to the next one
                return;
            }
            attached = true;
            StateHasChanged();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            stale = false;
            item = await bases.GetAsync(caller, BaseId, gone.Token);
            documents = await library.ListAsync(caller, BaseId, gone.Token);
            now = window.Time.GetUtcNow();
            pace.Look(documents, now);
            read = true;
        }
        catch (NotFoundException)
        {
            missing = true;
        }
    }

    private async Task LookAgainAsync()
    {
        using var tick = new PeriodicTimer(Look, window.Time);
        var resting = 0;
        try
        {
            while (!missing && await tick.WaitForNextTickAsync(gone.Token))
            {
                if (stale || documents.Any(DocumentRows.Working) || ++resting >= RestingLooks)
                {
                    resting = 0;
                    await LookAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            read = false; // the page was left
        }
    }

    private async Task LookAsync()
    {
        try
        {
            if (stale || documents.Any(DocumentRows.Working) || await bases.GetAsync(caller, BaseId, gone.Token) != item)
            {
                await ReadAsync();
                StateHasChanged();
            }
        }
        catch (NotFoundException)
        {
            missing = true;
            StateHasChanged();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            window.Log.LogWarning(error, "Base {Base} could not be looked at; the next look comes", BaseId);
        }
    }

    /// <summary>What the upload script has to tell, in batches.</summary>
    [JSInvokable]
    public void Uploaded(UploadItem[] items)
    {
        foreach (var upload in items)
        {
            // A file that was taken in stands in the list of documents from now on.
            if (upload.State == "taken")
            {
                uploads.Remove(upload.Key);
                stale = true;
            }
            else
            {
                uploads[upload.Key] = upload;
            }
        }
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }
}
