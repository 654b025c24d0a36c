namespace Platform.Web.Features.Documents;

/// <summary>Which icon stands for a kind of file.</summary>
public static class MediaIcons
{
    public static string For(string mediaType) => mediaType switch
    {
        "text/html" => "globe",
        "text/csv" or "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "table",
        _ => "file",
    };
}
