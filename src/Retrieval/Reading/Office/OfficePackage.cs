using System.IO.Compression;
using System.Xml;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading.Office;

/// <summary>An Office file opened under guard: the zip is checked first, parts are read by name with one budget of bytes, and XML may declare nothing.</summary>
internal sealed class OfficePackage : IDisposable
{
    private static readonly byte[] CompoundFile = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true,
    };

    private readonly FileStream _file;
    private readonly ZipArchive _archive;
    private readonly CancellationToken _cancellation;
    private long _unpacked;

    private OfficePackage(FileStream file, ZipArchive archive, CancellationToken cancellation) => (_file, _archive, _cancellation) = (file, archive, cancellation);

    /// <summary>Throws IngestException: Encrypted, Bomb or Corrupt. Every piece that is unpacked later looks at the token.</summary>
    public static OfficePackage Open(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
        try
        {
            var start = new byte[8];
            if (file.Read(start) == 8 && start.AsSpan().SequenceEqual(CompoundFile))
            {
                throw new IngestException(IngestError.Encrypted, "The Office file is protected with a password, or in the format of before 2007. Save it without a password as .docx or .xlsx and upload it again.");
            }
            ZipDirectory.Check(ZipDirectory.Read(file, ReaderLimits.ZipEntries + 1));
            var archive = new ZipArchive(file, ZipArchiveMode.Read);
            _ = archive.Entries; // read now, so that a broken directory is found here
            return new OfficePackage(file, archive, cancellation);
        }
        catch (Exception error)
        {
            file.Dispose();
            if (error is InvalidDataException or EndOfStreamException) throw Broken(error);
            throw;
        }
    }

    public bool Has(string part) => _archive.GetEntry(part) is not null;

    /// <summary>Calls <paramref name="read"/> with the part's XML; false when there is no such part. Broken or forbidden XML becomes an IngestException.</summary>
    public bool Read(string part, Action<XmlReader> read)
    {
        if (_archive.GetEntry(part) is not { } entry) return false;
        try
        {
            using var reader = XmlReader.Create(new CountedStream(entry.Open(), this), Settings);
            read(reader);
            return true;
        }
        catch (XmlException error)
        {
            var why = error.Message.Contains("DTD", StringComparison.Ordinal) ? "it declares a document type, which Office files never do" : $"its XML is broken at line {error.LineNumber}";
            throw new IngestException(IngestError.Corrupt, $"The Office file cannot be read: {why}. Save it again from the program that made it.", error);
        }
        catch (InvalidDataException error)
        {
            throw Broken(error);
        }
    }

    /// <summary>The parts that a part points to: id to name inside the package. Links to outside are left out.</summary>
    public Dictionary<string, string> Targets(string part)
    {
        var slash = part.LastIndexOf('/');
        var folder = part[..(slash + 1)];
        var targets = new Dictionary<string, string>();
        Read($"{folder}_rels/{part[(slash + 1)..]}.rels", reader =>
        {
            while (reader.ReadSafely())
            {
                if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "Relationship" || reader.GetAttribute("TargetMode") == "External") continue;
                if (reader.GetAttribute("Id") is { } id && reader.GetAttribute("Target") is { } target) targets[id] = target.StartsWith('/') ? target[1..] : folder + target;
            }
        });
        return targets;
    }

    public void Dispose()
    {
        _archive.Dispose();
        _file.Dispose();
    }

    private static IngestException Broken(Exception error) => new(IngestError.Corrupt, "The Office file is broken: its packed data ends early or does not unpack. Upload it again, or save it again from the program that made it.", error);

    /// <summary>Counts what is really unpacked (the directory may lie), and stops when the caller cancels.</summary>
    private sealed class CountedStream(Stream inner, OfficePackage package) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            package._cancellation.ThrowIfCancellationRequested();
            var read = inner.Read(buffer);
            package._unpacked += read;
            // Parts may be read twice, so the budget is twice what the directory may declare.
            return package._unpacked <= 2 * ReaderLimits.ZipBytes ? read : throw ZipDirectory.Bomb($"more than {ReaderLimits.ZipBytes:N0} bytes when unpacked");
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
