namespace Platform.Web.Features.Models;

/// <summary>The parts of the models page.</summary>
public enum ModelsTab { List, Download, Jobs, Adapters, Engine }
