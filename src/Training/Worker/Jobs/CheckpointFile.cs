using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.Training.Graph;

namespace Platform.Training.Jobs;

/// <summary>What stands before the numbers of a checkpoint.</summary>
/// <param name="Job">What the job is made of, as a hash; another job's checkpoint is refused by it.</param>
/// <param name="Tensors">Names and counts, each of values, first and second moments.</param>
public sealed record CheckpointHeader(string Job, TrainingState State, IReadOnlyList<CheckpointTensor> Tensors);

/// <summary>One trained tensor of a checkpoint.</summary>
public sealed record CheckpointTensor(string Name, long Count);

/// <summary>
/// Everything that a job needs to go on as if it had never stopped: weights, moments, step, random numbers (their place is the step), loss scale.
/// Magic, length of the header, header, raw F32 numbers, and the SHA-256 of all that.
/// </summary>
public static class CheckpointFile
{
    private const int LongestHeader = 16 << 20;

    private static ReadOnlySpan<byte> Magic => "PLTRAIN1"u8;

    /// <summary>Writes it whole or not at all.</summary>
    public static void Write(string path, string job, TrainingState state, LoraWeights adapter) => WholeFile.Write(path, file =>
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new CheckpointHeader(job, state, [.. adapter.Trained.Select(t => new CheckpointTensor(t.Name, t.Value.Elements))]), StateJson.Default.CheckpointHeader);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put(Magic);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        Put(length);
        Put(header);
        foreach (var tensor in adapter.Trained.SelectMany(Parts)) { Put(MemoryMarshal.AsBytes(tensor.ToArray().AsSpan())); }
        file.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    });

    /// <summary>Puts a checkpoint's weights and moments into an adapter.</summary>
    /// <returns>Where the job stood.</returns>
    /// <exception cref="TrainingException">The file is cut, damaged or of another job; then nothing was changed.</exception>
    public static TrainingState Read(string path, string job, LoraWeights adapter)
    {
        using var file = File.OpenRead(path);
        CheckHash(file, path);
        var header = Header(file, path);
        if (header.Job != job) { throw Refused(path, "belongs to another job: model, rows or settings differ"); }
        var expected = adapter.Trained.Select(t => new CheckpointTensor(t.Name, t.Value.Elements)).ToArray();
        var numbers = expected.Sum(t => 3 * 4 * t.Count);
        if (!header.Tensors.SequenceEqual(expected) || file.Length - file.Position - SHA256.HashSizeInBytes != numbers) { throw Refused(path, "holds other tensors than this adapter has"); }
        foreach (var tensor in adapter.Trained.SelectMany(Parts))
        {
            var values = new float[tensor.Elements];
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            tensor.Write(values);
        }
        return header.State;
    }

    private static IEnumerable<ModelHost.Native.Tensors.Tensor> Parts(TrainedTensor tensor) => [tensor.Value, tensor.FirstMoment, tensor.SecondMoment];

    private static void CheckHash(FileStream file, string path)
    {
        if (file.Length < Magic.Length + 4 + SHA256.HashSizeInBytes) { throw Refused(path, $"has only {file.Length} bytes"); }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }
        var written = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(written);
        if (!written.AsSpan().SequenceEqual(hash.GetHashAndReset())) { throw Refused(path, "is cut, damaged or no checkpoint: its hash is wrong"); }
        file.Position = 0;
    }

    private static CheckpointHeader Header(FileStream file, string path)
    {
        var start = new byte[Magic.Length + 4];
        file.ReadExactly(start);
        var length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(Magic.Length));
        if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic) || length is < 2 or > LongestHeader || length > file.Length - file.Position) { throw Refused(path, "is no checkpoint"); }
        var header = new byte[length];
        file.ReadExactly(header);
        try
        {
            return JsonSerializer.Deserialize(header, StateJson.Default.CheckpointHeader) ?? throw Refused(path, "has no header");
        }
        catch (JsonException fault)
        {
            throw new TrainingException(TrainingFault.Checkpoint, $"The checkpoint {Path.GetFileName(path)} has a header that cannot be read: {fault.Message}", fault);
        }
    }

    private static TrainingException Refused(string path, string why) => new(TrainingFault.Checkpoint, $"The checkpoint {Path.GetFileName(path)} {why}.");
}
