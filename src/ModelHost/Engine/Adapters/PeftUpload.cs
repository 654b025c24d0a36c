using Platform.ModelHost.Engine.Files;

namespace Platform.ModelHost.Engine.Adapters;

/// <summary>A folder of the registry for an adapter as PEFT saves it, until it is converted. What a process that was killed left goes with the next start.</summary>
public sealed class PeftUpload : IDisposable
{
    internal const string Prefix = ".peft-", Config = "adapter_config.json", Weights = "adapter_model.safetensors";
    private readonly string path;

    internal PeftUpload(string registry)
    {
        path = Path.Combine(registry, Prefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path);
    }

    /// <summary>As a source of <see cref="Work.ConvertRequest"/>.</summary>
    public string Name => Path.GetFileName(path);

    /// <exception cref="EngineException">BadRequest: it is larger; NoSpace.</exception>
    public Task WriteConfigAsync(Stream content, long most, CancellationToken cancellation) => WriteAsync(Config, "config", content, most, cancellation);

    /// <inheritdoc cref="WriteConfigAsync"/>
    public Task WriteWeightsAsync(Stream content, long most, CancellationToken cancellation) => WriteAsync(Weights, "weights", content, most, cancellation);

    /// <summary>Deletes it; what cannot be deleted goes with the next start.</summary>
    public void Dispose()
    {
        try
        {
            if (Directory.Exists(path)) { Directory.Delete(path, recursive: true); }
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private async Task WriteAsync(string name, string field, Stream content, long most, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.Create(Path.Combine(path, name));
            var buffer = new byte[1 << 17];
            for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (file.Length + read > most) { throw new EngineException(EngineErrorKind.BadRequest, $"'{field}' has more than {most} bytes.") { Parameter = field }; }
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw new EngineException(EngineErrorKind.NoSpace, "The disk of the adapters is full; nothing was kept of the upload. Make room and send it again.", full);
        }
    }
}
