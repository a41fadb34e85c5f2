namespace VtPS.Engine.IO;

internal sealed class WindowsFileSystem : FileSystem
{
    public override string? BootId => throw new NotImplementedException();

    public override DirectoryHandle OpenDirectory(byte[] path, bool followLast = true, bool searchOnly = false) => throw new NotImplementedException();

    public override byte[] GetBytes(string path) => throw new NotImplementedException();

    public override string? GetUserName(uint id) => throw new NotImplementedException();

    public override string? GetGroupName(uint id) => throw new NotImplementedException();

    public override uint? GetUserId(string name) => throw new NotImplementedException();

    public override uint? GetGroupId(string name) => throw new NotImplementedException();
}
