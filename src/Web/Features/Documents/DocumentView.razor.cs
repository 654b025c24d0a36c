using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Platform.Retrieval;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Retrieval.Reading;
using Platform.Web.Host;
using Platform.Web.Layout;

namespace Platform.Web.Features.Documents;

/// <summary>Shows a document at a place: page images with rectangles for a PDF, else its text with the span marked. Only what is near goes to the browser.</summary>
/// <remarks>Document text is untrusted: it is drawn as text, never as markup.</remarks>
public sealed partial class DocumentView(DocumentLibrary library, CurrentCaller signedIn, IJSRuntime js, ILogger<DocumentView> log) : IAsyncDisposable
{
    private readonly CancellationTokenSource gone = new();
    private ElementReference root;
    private BrowserScript? script;
    private ParsedDocument? parsed;
    private IReadOnlyList<TextPart> parts = [];
    private IReadOnlyList<PageRectangle> boxes = [];
    private PartWindow shown = new(0, 0, 0);
    private (Guid Document, int Page, int? Start, int? End) at;
    private int version, current;
    private string? problem;
    private bool toHighlight, endsMoved;

    [Parameter, EditorRequired] public Guid DocumentId { get; set; }

    /// <summary>From 1; 0 when only the span is known.</summary>
    [Parameter] public int Page { get; set; }

    /// <summary>Span to mark, in characters of the document's text; End exclusive.</summary>
    [Parameter] public int? Start { get; set; }

    [Parameter] public int? End { get; set; }

    /// <summary>Where the span lies on its pages; found from the document when not given.</summary>
    [Parameter] public IReadOnlyList<PageRectangle>? Rectangles { get; set; }

    [Inject] private IStringLocalizer<DocumentsTexts> Texts { get; set; } = default!;

    private bool IsPaged => parsed is { MediaType: "application/pdf" };

    /// <summary>Its place in percent, for a style attribute.</summary>
    private static string StyleOf(PageRectangle box) =>
        string.Create(CultureInfo.InvariantCulture, $"left:{box.X:P2};top:{box.Y:P2};width:{box.Width:P2};height:{box.Height:P2}").Replace(" ", "", StringComparison.Ordinal);

    private int Step => IsPaged ? 6 : 60;

    private int Most => IsPaged ? 40 : 600;

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (DocumentId, Page, Start, End);
        if (wanted == at)
        {
            return;
        }
        var another = at.Document != DocumentId;
        at = wanted;
        if (another && !await ReadAsync(DocumentId))
        {
            return;
        }
        if (parsed is not null)
        {
            Show(another);
        }
    }

    private async Task<bool> ReadAsync(Guid id)
    {
        (parsed, problem, parts, boxes) = (null, null, [], []);
        try
        {
            var caller = await signedIn.GetAsync();
            var info = await library.GetAsync(caller, id, gone.Token);
            var read = await library.ReadTextAsync(caller, id, gone.Token);
            if (id != DocumentId)
            {
                return false; // another document was opened meanwhile
            }
            (parsed, version) = (read, info.Version);
            parts = IsPaged ? [] : TextPart.Of(read);
            return true;
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error) when (error is NotFoundException or IngestException or IOException)
        {
            log.LogWarning(error, "Document {Document} cannot be shown", id);
            problem = Texts[error is NotFoundException ? "Gone" : "Unreadable"];
            return true;
        }
    }

    private void Show(bool another)
    {
        if (parsed is null)
        {
            return;
        }
        boxes = !IsPaged ? [] : Rectangles is { Count: > 0 } given ? given : Start is { } start && End is { } end ? LineRectangles.Of(parsed, start, end) : [];
        var count = IsPaged ? parsed.Pages.Count : parts.Count;
        var index = Math.Clamp(IsPaged ? (boxes.Count > 0 ? boxes[0].Page : Math.Max(1, Page)) - 1 : IndexOf(Start), 0, Math.Max(0, count - 1));
        if (another || !shown.Holds(index))
        {
            shown = PartWindow.Around(index, count, Step);
        }
        // The page that is wanted loads first.
        current = IsPaged && count > 0 ? parsed.Pages[index].Number : 0;
        toHighlight = true;
    }

    private int IndexOf(int? start)
    {
        if (start is not { } place)
        {
            return Page > 1 && parsed?.Pages.FirstOrDefault(p => p.Number == Page) is { } page ? IndexOf(page.Start) : 0;
        }
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].End > place)
            {
                return i;
            }
        }
        return parts.Count - 1;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            script = await BrowserScript.AttachAsync(js, "document-view", root, this);
        }
        if (script is null || parsed is null)
        {
            return;
        }
        if (toHighlight)
        {
            toHighlight = false;
            await script.CallAsync("toHighlight");
        }
        else if (endsMoved)
        {
            await script.CallAsync("observeEnds");
        }
        endsMoved = false;
    }

    /// <summary>An end of the shown part came near the edge of the viewer; called by its script.</summary>
    [JSInvokable]
    public void More(bool before)
    {
        if (before ? shown.MoreBefore : shown.MoreAfter)
        {
            shown = shown.Grow(before, Step, Most);
            endsMoved = true;
            StateHasChanged();
        }
    }

    // An A4 sheet where the reader could not tell the size.
    private static string Ratio(ParsedPage page) =>
        page is { Width: > 0, Height: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{page.Width:0.##}/{page.Height:0.##}") : "210/297";

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }
}
