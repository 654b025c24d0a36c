namespace Platform.Web.Features.Models;

/// <summary>What can be done with a model of the list.</summary>
public enum ModelAction { Load, Unload, Pin, Unpin, UseForAnswers, Try, Quantize, MeasurePerplexity, Delete }
