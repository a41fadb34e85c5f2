using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>A live directory's handle that the walker and jobs share; the last one to release it closes it.</summary>
internal sealed class SharedDirectory(DirectoryHandle handle)
{
    private int _users = 1;

    public DirectoryHandle Handle { get; } = handle;

    public SharedDirectory AddUser()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Handle.Dispose();
        }
    }
}
