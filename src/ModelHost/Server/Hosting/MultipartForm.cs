using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Platform.ModelHost.Server.Hosting;

/// <summary>A part of a form.</summary>
/// <param name="FileName">What the sender calls its file; untrusted.</param>
/// <param name="Body">To be read before the next part is asked for.</param>
internal sealed record FormPart(string Name, string? FileName, Stream Body);

/// <summary>A form that is read part by part, so that a file in it is streamed and never wholly in memory. Number and size of the other parts are bounded.</summary>
internal sealed class MultipartForm
{
    private const int MostFieldCharacters = 16 * 1024, MostParts = 17;
    private readonly MultipartReader _reader;
    private int _read;

    private MultipartForm(string boundary, Stream body) => _reader = new MultipartReader(boundary, body);

    /// <summary>The body as a form; null when it is something else.</summary>
    public static MultipartForm? Of(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } boundary
            ? new MultipartForm(boundary, request.Body) : null;

    /// <summary>Lets this request's body be larger than others'.</summary>
    public static void Allow(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bytes;
        }
    }

    /// <summary>The next part, or null after the last.</summary>
    /// <exception cref="RequestRefused">The form is broken.</exception>
    public async Task<FormPart?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            return await _reader.ReadNextSectionAsync(cancellation) is { } part && ++_read <= MostParts && ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var what)
                ? new FormPart(HeaderUtilities.RemoveQuotes(what.Name).Value ?? "", HeaderUtilities.RemoveQuotes(what.FileNameStar.HasValue ? what.FileNameStar : what.FileName).Value, new PartBody(part.Body)) : null;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Broken(broken);
        }
    }

    /// <summary>The form ends within a part, or is otherwise no form.</summary>
    public static RequestRefused Broken(Exception fault) => new(Problem.Invalid("file", $"The form cannot be read: {fault.Message}"));

    /// <summary>A part's text.</summary>
    /// <exception cref="RequestRefused">It is too long.</exception>
    public static async Task<string> TextAsync(FormPart part, CancellationToken cancellation)
    {
        using var reader = new StreamReader(part.Body, leaveOpen: true);
        var text = new char[MostFieldCharacters + 1];
        var length = await reader.ReadBlockAsync(text, cancellation);
        return length < text.Length ? new string(text, 0, length) : throw new RequestRefused(Problem.Invalid(part.Name, $"'{part.Name}' has more than {MostFieldCharacters:N0} characters."));
    }
}
