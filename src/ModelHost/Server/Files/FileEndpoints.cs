using Platform.ModelHost.Server.Admin;
using Platform.ModelHost.Server.FineTuning;
using Platform.ModelHost.Server.Hosting;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Files;

/// <summary>`/v1/files`: the files that training jobs read and leave.</summary>
internal static class FileEndpoints
{
    private const long FormBytes = 1 << 20; // of a form beside its file
    private const string Unnamed = "upload.jsonl";

    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/files", UploadAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/files", ListAsync).WithMetadata(new AdminOnly());
        app.MapGet("/v1/files/{id}", (HttpContext http, FileStore files, string id) => http.WriteJsonAsync(Of(files.Find(id)), ServerJson.Wire.FileBody)).WithMetadata(new AdminOnly());
        app.MapGet("/v1/files/{id}/content", (FileStore files, string id) => files.Find(id) is var file ? Results.File(files.PathOf(file), "application/octet-stream", file.Filename) : null).WithMetadata(new AdminOnly());
        app.MapDelete("/v1/files/{id}", (HttpContext http, FileStore files, string id) =>
        {
            files.Delete(id);
            return http.WriteJsonAsync(new FileDeleted(id, "file", true), ServerJson.Wire.FileDeleted);
        }).WithMetadata(new AdminOnly());
    }

    private static FileBody Of(StoredFile file) => new(file.Id, "file", file.Bytes, file.CreatedAt, file.Filename, file.Purpose, "processed", null, file.Sha256);

    private static Task ListAsync(HttpContext http, FileStore files, string? purpose, string? after, string? limit, string? order)
    {
        var page = Page<StoredFile>.Of(files.All.Where(file => purpose is null || file.Purpose == purpose), file => file.Id, after, limit, order, usual: 10_000);
        return http.WriteJsonAsync(new FileListBody("list", [.. page.Items.Select(Of)], page.HasMore, page.FirstId, page.LastId), ServerJson.Wire.FileListBody);
    }

    private static async Task UploadAsync(HttpContext http, FileStore files, TrainingOptions options)
    {
        MultipartForm.Allow(http, options.MaxFileBytes + FormBytes);
        var form = MultipartForm.Of(http.Request) ?? throw new RequestRefused(new Problem(415, "invalid_request_error", "unsupported_media_type", "Send a form (multipart/form-data) with the parts 'file' and 'purpose'."));
        var (purpose, filename, staged) = ((string?)null, Unnamed, (StagedFile?)null);
        try
        {
            while (await form.NextAsync(http.RequestAborted) is { } part)
            {
                if (part.Name == "file" && staged is null)
                {
                    (staged, filename) = (await files.StageAsync(part.Body, http.RequestAborted), part.FileName is { Length: > 0 } name ? name : Unnamed);
                }
                else if (part.Name == "purpose")
                {
                    purpose = await MultipartForm.TextAsync(part, http.RequestAborted);
                }
            }

            await http.WriteJsonAsync(Of(files.Keep(Checked(staged, purpose), filename, purpose!)), ServerJson.Wire.FileBody);
        }
        finally
        {
            staged?.Dispose();
        }
    }

    private static StagedFile Checked(StagedFile? staged, string? purpose) => (staged, purpose) switch
    {
        (null, _) => throw new RequestRefused(Problem.Invalid("file", "The form has no part 'file'.")),
        ({ Bytes: 0 }, _) => throw new RequestRefused(Problem.Invalid("file", "The file is empty.")),
        (_, StoredFile.ForTuning) => staged,
        (_, null) => throw new RequestRefused(Problem.Invalid("purpose", "'purpose' is missing; it must be fine-tune.")),
        _ => throw new RequestRefused(Problem.Invalid("purpose", $"'purpose' is '{purpose}'; this service takes fine-tune. Documents are uploaded to the knowledge bases of the pages.")),
    };
}
