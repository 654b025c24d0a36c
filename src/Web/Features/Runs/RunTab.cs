namespace Platform.Web.Features.Runs;

/// <summary>Views of one run.</summary>
public enum RunTab { Result, Detail, Tracing }
