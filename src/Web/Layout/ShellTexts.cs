namespace Platform.Web.Layout;

/// <summary>Marks the shell's texts.</summary>
public sealed class ShellTexts;
