namespace VtPS;

/// <summary>An error of VtPS: its id, a message that names the thing, what was wrong and what to do next.</summary>
public sealed class VtException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="errorId">The stable id.</param>
    /// <param name="message">A full sentence that names the thing, says what was wrong and what to do next.</param>
    /// <param name="target">The path, hash or id the error is about; null where there is none.</param>
    /// <param name="innerException">The cause, if another exception was.</param>
    public VtException(VtErrorId errorId, string message, object? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Target = target;
    }

    /// <summary>The stable id of the error.</summary>
    public VtErrorId ErrorId { get; }

    /// <summary>The path, hash or id the error is about.</summary>
    public object? Target { get; }
}
