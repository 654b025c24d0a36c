namespace Platform.Web.Host;

/// <summary>Marks the endpoints of static files: no gate holds them back.</summary>
public sealed class StaticFile;
