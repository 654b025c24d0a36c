namespace Platform.Web.Features.Training;

/// <summary>In what order jobs stand in their list.</summary>
public enum JobOrder { Newest, Name, Loss, Longest }
