import time
from tests.journeys.project import Project, chosen, topic_of, messages
from backend.edges.studio import Studio
def test_patch(label_studio, mine):
    project = Project.made(label_studio, messages(2000))
    items=[{"task":t,"model_version":"a@1","score":0.5,"result":chosen("Refund")} for t in project.task_ids()]
    label_studio.http.post(f"/api/projects/{project.id}/import/predictions",json=items).raise_for_status()
    ps=project.predictions()
    t=time.time()
    for p in ps[:100]:
        r=label_studio.http.patch(f"/api/predictions/{p['id']}/",json={"score":0.25}); r.raise_for_status()
    print("patch ms", (time.time()-t)*10, r.json())
    t=time.time()
    for p in ps[100:200]:
        label_studio.http.delete(f"/api/predictions/{p['id']}/").raise_for_status()
    print("delete ms", (time.time()-t)*10)
    t=time.time()
    r=label_studio.http.patch(f"/api/predictions/{ps[0]['id']}/",json={"score":0.3,"result":[{**chosen("Refund")[0],"score":0.7}]})
    print(r.json())
