using Platform.Agents.Answering;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tools.Tables;

/// <summary>The tables of the sheets (XLSX, CSV) in the bases that a caller may read.</summary>
internal sealed class TableShelf(IEvidence evidence, int maxRows)
{
    private const int MaxTables = 50;

    private static readonly string[] Sheets = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

    /// <summary>At most 50 tables and so many rows in all, by base and document name; what cannot be read is left out. No base ids means all bases.</summary>
    public async Task<IReadOnlyList<SheetTable>> TablesAsync(Caller caller, IReadOnlyList<Guid> baseIds, CancellationToken cancellation)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<SheetTable> tables = [];
        var rows = 0;
        foreach (var knowledge in (await evidence.BasesAsync(caller, cancellation)).Where(b => baseIds.Count == 0 || baseIds.Contains(b.Id)))
        {
            foreach (var document in (await evidence.DocumentsAsync(caller, knowledge.Id, cancellation)).Where(d => d.State == DocumentState.Ready && Sheets.Contains(d.MediaType)))
            {
                foreach (var table in await ReadAsync(caller, document, names, cancellation))
                {
                    if (tables.Count == MaxTables || (rows += table.Rows.Count) > maxRows)
                        return tables;
                    tables.Add(table);
                }
            }
        }
        return tables;
    }

    private async Task<IReadOnlyList<SheetTable>> ReadAsync(Caller caller, DocumentInfo document, HashSet<string> names, CancellationToken cancellation)
    {
        try
        {
            return [.. SheetTable.Of(document, await evidence.ReadAsync(caller, document.Id, cancellation), names)];
        }
        catch (Exception failure) when (failure is NotFoundException or IngestException or IOException)
        {
            return []; // deleted in this moment, or its file cannot be read
        }
    }
}
