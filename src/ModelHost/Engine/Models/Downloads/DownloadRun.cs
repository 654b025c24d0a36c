using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>One run of a download: fetch with resume and retries, verify, try, put in place.</summary>
internal sealed class DownloadRun(HubSource source, string target, string partPath, DownloadProgress progress, HubRequests hub, ModelRegistry registry, DownloadSurroundings around)
{
    private const int MostTriesInVain = 6, BufferBytes = 1 << 20;
    private const long Reserve = 128L << 20, LookAtSpaceEvery = 64L << 20, EnoughProgress = 1L << 16; // the reserve is for the rest of the program
    private static readonly TimeSpan SilentTooLong = TimeSpan.FromSeconds(60);

    /// <exception cref="DownloadFault">It did not succeed.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        string sha256;
        await using (var part = await PartFile.OpenAsync(partPath, cancellation))
        {
            progress.Become(DownloadStatus.Downloading);
            progress.Reach(part.Length);
            await FetchAsync(part, cancellation);
            progress.Become(DownloadStatus.Verifying);
            sha256 = part.Finish();
        }
        if (progress.State.Sha256 is { } expected && expected != sha256)
        {
            File.Delete(partPath);
            throw new DownloadFault("hash_mismatch", $"The SHA-256 of what arrived is {sha256}; the hub says {expected}. It was deleted: start the download again.");
        }
        progress.Become(DownloadStatus.Trying, state => state with { Sha256 = sha256 });
        registry.Remember(partPath, sha256); // so that nobody hashes it again
        await TryAsync(cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(target)) { throw new DownloadFault("already_exists", "A file of this name has been put into the model folder meanwhile. Delete one of the two."); }
        File.Move(partPath, target);
        registry.Remember(target, sha256);
    }

    private async Task FetchAsync(PartFile part, CancellationToken cancellation)
    {
        for (var inVain = 0; ;)
        {
            var before = part.Length;
            try
            {
                await FetchOnceAsync(part, cancellation);
                return;
            }
            catch (DownloadFault fault) when (fault.MayPass)
            {
                inVain = part.Length - before >= EnoughProgress ? 1 : inVain + 1;
                if (inVain > MostTriesInVain) { throw new DownloadFault(fault.Code, $"{fault.Message} {MostTriesInVain} further tries changed nothing. Start the download again: it goes on at {part.Length:N0} bytes.", fault); }
                progress.Stumble(fault);
                await Task.Delay(fault.RetryAfter ?? around.Backoff(inVain), around.Time, cancellation);
            }
        }
    }

    private async Task FetchOnceAsync(PartFile part, CancellationToken cancellation)
    {
        using var answer = await hub.OpenAsync(source, part.Length, progress.ETag, cancellation);
        if (!GoesOn(answer, part.Length))
        {
            part.Clear();
            progress.Reach(0);
            if (answer.From != 0 || answer.IsPastTheEnd)
            {
                throw new DownloadFault("file_changed", $"{source.Text} is changing on the hub while it is read.") { MayPass = true, RetryAfter = TimeSpan.Zero };
            }
        }
        progress.Learn(answer.Total, part.Length > 0 ? answer.Sha256 ?? progress.State.Sha256 : answer.Sha256, answer.IsPastTheEnd ? progress.ETag : answer.ETag);
        if (answer.IsPastTheEnd) { return; }
        KeepSpace((answer.Total ?? part.Length) - part.Length);
        await CopyAsync(answer, part, cancellation);
        if (answer.Total is { } total && part.Length != total) { throw Cut(part.Length, total, null); }
    }

    /// <summary>Whether what is sent goes on from what there is, of the same state of the same file.</summary>
    private bool GoesOn(HubAnswer answer, long have) =>
        answer.From == have
        && (have == 0 || answer.Sha256 is null || progress.State.Sha256 is null || answer.Sha256 == progress.State.Sha256)
        && (answer.IsPastTheEnd ? (answer.Total ?? progress.State.BytesTotal) == have : have == 0 || answer.ETag is null || progress.ETag is null || answer.ETag == progress.ETag);

    private async Task CopyAsync(HubAnswer answer, PartFile part, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        var looked = part.Length;
        using var silence = new CancellationTokenSource(SilentTooLong, around.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        await using var body = await answer.Response.Content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, either.Token);
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException or OperationCanceledException)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Cut(part.Length, answer.Total, cut);
            }
            if (read == 0) { return; }
            silence.CancelAfter(SilentTooLong);
            await part.AppendAsync(buffer.AsMemory(0, read), cancellation);
            progress.Reach(part.Length);
            if (part.Length - looked >= LookAtSpaceEvery)
            {
                looked = part.Length;
                KeepSpace(0);
            }
        }
    }

    private void KeepSpace(long wanted)
    {
        var room = around.FreeBytes(Path.GetDirectoryName(partPath)!);
        if (wanted + Reserve > room)
        {
            throw new DownloadFault("no_space", $"The download needs {wanted >> 20} MiB more, and {Reserve >> 20} MiB are kept for the rest of the program; {room >> 20} MiB are free where the models lie. Free some and start it again: it goes on where it stopped.");
        }
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            GgufCheck.Run(partPath);
            await around.TryOut(partPath, cancellation);
        }
        catch (Exception fault) when (fault is GgufException or EngineException { InnerException: GgufException })
        {
            File.Delete(partPath);
            throw new DownloadFault("invalid_model", $"The file is no model that can be read, and was deleted. {Told(fault)}", fault);
        }
        catch (EngineException fault)
        {
            throw new DownloadFault("invalid_model", $"The file arrived whole and cannot be used here; it is kept. Start the download again to have it tried anew, or remove the download to delete it. {Told(fault)}", fault);
        }
    }

    private string Told(Exception fault) => fault.Message.Replace(registry.Folder.IdOf(partPath), progress.State.ModelId, StringComparison.Ordinal);

    private static DownloadFault Cut(long have, long? total, Exception? inner) => new("connection_cut", total is null ? $"The connection ended at {have:N0} bytes." : $"The connection ended at {have:N0} of {total:N0} bytes.", inner) { MayPass = true };
}
